"""What a web server loads: the instance and the door that the environment names."""

import os
from pathlib import Path

from surveyapp import config, create_app

app = create_app(
    role=config.door(),
    instance_path=str(Path(os.environ.get("CANDOUR_INSTANCE", "instance")).resolve()),
)
