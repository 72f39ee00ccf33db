"""Operations by what they ask of their caller."""

HEALTH = {("GET", "/v1/health"), ("GET", "/v1/health/ready")}
BY_GUESTS = ("register", "login", "refresh", "password-resets/use")
LIMITED = {("POST", f"/v1/auth/{deed}") for deed in BY_GUESTS}
LIMITED |= {("POST", "/v1/invitations/accept")}
PUBLIC = HEALTH | LIMITED | {("GET", "/v1/calendar/{secret}.ics")}
