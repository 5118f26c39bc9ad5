"""Factor models: do a theme's questions measure one thing, and the same thing everywhere?"""
