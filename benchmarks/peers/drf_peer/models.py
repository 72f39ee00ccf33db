"""The peers' tables for Django."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models


class User(AbstractBaseUser):
    last_login = None
    is_active = True
    email = models.CharField(max_length=254, unique=True)
    role = models.CharField(max_length=16)
    USERNAME_FIELD = "email"

    class Meta:
        db_table = "users"
        managed = False


class Event(models.Model):
    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=120)

    class Meta:
        db_table = "events"
        managed = False


class Task(models.Model):
    id = models.AutoField(primary_key=True)
    title = models.CharField(max_length=200)
    description = models.TextField(default="", blank=True)
    status = models.CharField(
        max_length=16, default="open", choices=[(name, name) for name in ("open", "done", "failed")]
    )
    is_critical = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)
    event = models.ForeignKey(Event, models.CASCADE)
    assignee = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", db_column="assigned_to"
    )
    creator = models.ForeignKey(User, models.PROTECT, related_name="+", db_column="created_by")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "tasks"
        managed = False
