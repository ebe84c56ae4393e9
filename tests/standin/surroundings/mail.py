"""SendGrid's API, as far as a key and a sender are checked. It knows one key."""

from standin.project import Project
from standin.refusal import Refusal
from standin.service import Answer, Media, Request, Service

KEY = "SG.stand-in"


class SendGrid(Service):
    def __init__(self, project: Project) -> None:
        super().__init__(project, "sendgrid", "")
        self.routes = [
            ("GET", "v3/scopes", self.scopes),
            ("GET", "v3/verified_senders", self.senders),
            ("GET", "v3/whitelabel/domains", self.domains),
        ]

    def handle(self, request: Request) -> Answer | Media:
        if request.authorization != f"Bearer {KEY}":
            raise Refusal(401, "The provided authorization grant is invalid", "UNAUTHENTICATED")
        return super().handle(request)

    def scopes(self, _request: Request) -> Answer:
        return {"scopes": self.project.surroundings.mail_scopes}

    def senders(self, _request: Request) -> Answer:
        if not self.project.surroundings.mail_key_is_full:
            raise Refusal(403, "access forbidden")
        addresses = self.project.surroundings.mail_senders
        return {"results": [{"from_email": each, "verified": True} for each in addresses]}

    def domains(self, _request: Request) -> Answer:
        if not self.project.surroundings.mail_key_is_full:
            raise Refusal(403, "access forbidden")
        return {}
