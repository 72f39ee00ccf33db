"""Django REST framework: generic views, simplejwt, a throttle in Redis."""

from datetime import timedelta
from urllib.parse import urlsplit

import bcrypt
import django
import settings as shared
from django.conf import settings

place = urlsplit(f"postgresql://{shared.DATABASE}")
REST = "rest_framework"
settings.configure(
    SECRET_KEY=shared.SECRET,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    USE_I18N=False,
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", REST, "drf_peer"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.common.CommonMiddleware",
    ],
    AUTH_USER_MODEL="drf_peer.User",
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": place.hostname,
            "PORT": place.port,
            "NAME": place.path.strip("/"),
            "USER": place.username,
            "CONN_MAX_AGE": 600,
        }
    },
    CACHES={"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": shared.REDIS_URL}},
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [f"{REST}_simplejwt.authentication.JWTAuthentication"],
        "DEFAULT_PERMISSION_CLASSES": [f"{REST}.permissions.IsAuthenticated"],
        "DEFAULT_THROTTLE_CLASSES": ["drf_peer.throttle.CounterThrottle"],
        "DEFAULT_RENDERER_CLASSES": [f"{REST}.renderers.JSONRenderer"],
        "DEFAULT_PAGINATION_CLASS": f"{REST}.pagination.PageNumberPagination",
        "PAGE_SIZE": shared.PAGE_SIZE,
    },
    SIMPLE_JWT={"SIGNING_KEY": shared.SECRET, "ACCESS_TOKEN_LIFETIME": timedelta(hours=12)},
)
django.setup()

# Django's parts can be imported only once its settings are there.
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import path  # noqa: E402
from drf_peer.models import Event, Task, User  # noqa: E402
from rest_framework import exceptions, generics, serializers  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402
from rest_framework_simplejwt.tokens import AccessToken  # noqa: E402


def related(model, source, **options):
    return serializers.PrimaryKeyRelatedField(
        queryset=model.objects.all(),
        source=source,
        pk_field=serializers.IntegerField(),
        **options,
    )


class TaskSerializer(serializers.ModelSerializer):
    event_id = related(Event, "event")
    assigned_to = related(User, "assignee", allow_null=True, required=False)
    created_by = serializers.IntegerField(source="creator_id", read_only=True)

    class Meta:
        model = Task
        fields = [
            "id",
            "title",
            "description",
            "status",
            "is_critical",
            "due_at",
            "event_id",
            "assigned_to",
            "created_by",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["created_at", "updated_at"]


class Login(APIView):
    authentication_classes = []
    permission_classes = []

    def post(self, request):
        user = User.objects.filter(email=request.data["email"]).first()
        sent = request.data["password"].encode()
        if not user or not bcrypt.checkpw(sent, user.password.encode()):
            raise exceptions.AuthenticationFailed()
        return Response({"access_token": str(AccessToken.for_user(user))})


class Mine:
    serializer_class = TaskSerializer

    def get_queryset(self):
        tasks = Task.objects.order_by("id")
        is_admin = self.request.user.role == "admin"
        return tasks if is_admin else tasks.filter(assignee_id=self.request.user.id)


class Tasks(Mine, generics.ListCreateAPIView):
    def perform_create(self, serializer):
        mine = {} if serializer.validated_data.get("assignee") else {"assignee": self.request.user}
        serializer.save(creator_id=self.request.user.id, **mine)


class TaskById(Mine, generics.RetrieveUpdateAPIView):
    pass


urlpatterns = [
    path("v1/auth/login", Login.as_view()),
    path("v1/tasks", Tasks.as_view()),
    path("v1/tasks/<int:pk>", TaskById.as_view()),
]
app = get_wsgi_application()
