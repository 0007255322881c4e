"""How Chromium of this machine is started; needs nothing of Django."""

import os
import shutil

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
OPTIONS = [
    # without these it asks its maker's hosts at every start
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # its sandbox does not work for root
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]
