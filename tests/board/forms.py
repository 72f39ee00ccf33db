"""What people do with the forms of any page."""


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def fill(page, **fields):
    for label, text in fields.items():
        page.get_by_role("textbox", name=label, exact=True).fill(text)
