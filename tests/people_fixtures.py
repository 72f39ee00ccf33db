"""Who calls: each person a fixture, named for what they are to a weekend."""

import functools

import pytest
from helpers import PASSWORD, Client, Person

from raceapp.auth.passwords import hash_password
from raceapp.auth.service import add
from raceapp.storage.session import db

# Every person of a test has the same password.
hash_of = functools.cache(hash_password)


@pytest.fixture
def client(app):
    return Client(app)


@pytest.fixture
def make_person(app):
    def make(name, role="user"):
        email = f"{name}@garage.example"
        with app.app_context():
            user = add(email=email, name=name, role=role, password_hash=hash_of(PASSWORD))
            db.session.commit()
            return Person(app, user.id, email)

    return make


@pytest.fixture
def admin(make_person):
    return make_person("admin", "admin")


@pytest.fixture
def second_admin(make_person):
    return make_person("second-admin", "admin")


@pytest.fixture
def mechanic(make_person):
    return make_person("mechanic")


@pytest.fixture
def chief(make_person):
    return make_person("chief")


@pytest.fixture
def stranger(make_person):
    return make_person("stranger")


@pytest.fixture
def rookie(make_person):
    return make_person("rookie")
