"""Models that need rows of answers, as a job: do the questions measure what the themes say?

For the whole organisation and for its large groups only, never a team. It prints what passes the
disclosure rule of the wave; everything else is named as left out.
"""
