"""What stands on the server while it is held to its description: one of everything that a path can name."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from datetime import timezone
from typing import Any

import httpx


@dataclass
class Stage:
    """A server, its organizer, a receiver of notifications, and the ids that are there."""

    base_url: str
    token: str
    receiver: str
    ids: dict[str, str]

    def __post_init__(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}
        # One for all calls: to make one is dearer than many calls.
        self._client = httpx.Client(base_url=self.base_url, headers=headers)

    @staticmethod
    def set_up(base_url: str, token: str, receiver: str) -> Stage:
        """A stage with a meeting under way, its registration, a question, somebody who is registered, a subscription."""
        stage = Stage(base_url, token, receiver, {})
        stage.ids = {"userId": stage.get("/beta/me")["id"], **stage.furnish()}
        reports = stage.get(f"/beta/me/onlineMeetings/{stage.ids['meetingId']}/attendanceReports")
        stage.ids["reportId"] = reports["value"][0]["id"]
        return stage

    def furnish(self) -> dict[str, str]:
        """A new meeting with everything."""
        meeting = self.meeting()
        registration = f"/beta/me/onlineMeetings/{meeting}/registration"
        self.post(registration, {"allowedRegistrant": "everyone"})
        question = self.post(f"{registration}/customQuestions", {"displayName": "Which?", "answerInputType": "text"})
        person = {"firstName": "Mirja", "lastName": "Dossou", "email": "mirja@harbour.example"}
        self.post(f"{registration}/registrants", person)
        [registrant] = self.get(f"{registration}/registrants")["value"]
        return {
            "meetingId": meeting,
            "questionId": question["id"],
            "registrantId": registrant["id"],
            "subscriptionId": self.subscription(),
        }

    def subscription(self) -> str:
        """A new subscription, to a meeting that nobody changes."""
        ends = datetime.datetime.now(timezone.utc) + datetime.timedelta(days=1)
        body = {
            "resource": f"me/onlineMeetings/{self.meeting()}",
            "changeType": "updated",
            "notificationUrl": self.receiver,
            "expirationDateTime": ends.isoformat(),
        }
        return self.post("/beta/subscriptions", body)["id"]

    def meeting(self) -> str:
        """A new meeting without a registration, under way."""
        now = datetime.datetime.now(timezone.utc)
        ends = (now + datetime.timedelta(days=1)).isoformat()
        return self.post("/beta/me/onlineMeetings", {"startDateTime": now.isoformat(), "endDateTime": ends})["id"]

    def get(self, path: str) -> Any:
        return self._call("GET", path)

    def post(self, path: str, body: Any) -> Any:
        return self._call("POST", path, body)

    def delete(self, path: str, authorization: str) -> None:
        """Removes what somebody has, with the token that made it."""
        self._client.delete(path, headers={"Authorization": authorization}).raise_for_status()

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._client.request(method, path, json=body)
        answer.raise_for_status()
        return answer.json()
