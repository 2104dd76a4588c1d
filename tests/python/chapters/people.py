"""Who am I, and who are the others."""

from msgraph_beta.generated.users.item.user_item_request_builder import UserItemRequestBuilder

from lib.client import Client, configured, refused

from .fresh import Run


async def people(run: Run) -> None:
    demo, check = run.demo, run.check

    for client, person in [(run.organizer, demo.organizer), (run.colleague, demo.colleague)]:
        with check(f"/me tells {person.givenName} who they are"):
            me = await client.answered(200, client.me.get())
            told = (me.id, me.given_name, me.surname, me.mail)
            assert told == (person.id, person.givenName, person.surname, person.mail), told
            assert me.display_name and me.user_principal_name

    with check("an application is shown the person it may act for, and nobody else"):
        assert (await run.app.user(demo.organizer.id).get()).mail == demo.organizer.mail
        await refused(run.app.user(demo.colleague.id).get(), 403, "noAccessPolicy")

    with check("$select leaves out what it does not name"):
        query = UserItemRequestBuilder.UserItemRequestBuilderGetQueryParameters(select=["id", "mail"])
        me = await run.organizer.me.get(configured(query))
        assert (me.mail, me.surname) == (demo.organizer.mail, None), me

    with check("v1.0 answers as beta does"):
        stable = Client(demo.baseUrl, demo.organizer.token, "v1.0")
        assert (await stable.me.get()).id == demo.organizer.id

    with check("an application has no /me"):
        await refused(run.app.me.get(), 403, "meNeedsPerson")

    with check("without a token there is nobody"):
        await refused(run.nobody.me.get(), 401, "tokenMissing")
