"""Read by gunicorn where it starts in this folder; the command line has the last word."""

logger_class = "healthscore.web_logs.WebLogger"
