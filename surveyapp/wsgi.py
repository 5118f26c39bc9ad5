"""What a web server loads: the application on the instance that the environment names."""

import os
from pathlib import Path

from surveyapp import create_app

app = create_app(instance_path=str(Path(os.environ.get("CANDOUR_INSTANCE", "instance")).resolve()))
