"""What is said of WSGI, ASGI, servers and frameworks, held against recorded runs."""
