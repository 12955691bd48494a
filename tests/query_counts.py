"""How many queries a page may cost, with data in it: a query in a loop shows as a changed number in the diff."""

PAGES = {
    "/t/acme/": 10,
    "/t/acme/keys/": 9,
    "/t/acme/keys/1/": 9,
    "/t/acme/keys/create/": 6,
    "/t/acme/activity/": 7,
    "/t/acme/assets/": 8,
    "POST /oauth/token": 8,
    "GET /api/": 15,
}
