# What `flask` assumes here: the same port as `make run`.
FLASK_APP=wsgi
FLASK_RUN_PORT=8000
