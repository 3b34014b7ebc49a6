"""Addresses of the queues."""

from django.urls import path, register_converter

from . import bulk, views


class FileForm:
    """The two kinds of file."""

    regex = "csv|xlsx"

    def to_python(self, value: str) -> str:
        """The word."""
        return value

    def to_url(self, value: str) -> str:
        """The word."""
        return value


register_converter(FileForm, "file_form")
urlpatterns = [
    path("queues/", views.first, name="queues"),
    path("queues/act/", views.act, name="act"),
    path("queues/all/", views.every, name="queue_all"),
    path("queues/all/queue.<file_form:form>", views.every_file, name="queue_all_file"),
    path("queues/everything/", views.everything, name="queue_everything"),
    path("queues/everything/queue.<file_form:form>", views.everything_file, name="queue_everything_file"),
    path("queues/views/", views.save_view, name="view_save"),
    path("queues/views/<int:view_id>/delete/", views.delete_view, name="view_delete"),
    path("queues/bulk/<slug:verb>/", bulk.change, name="bulk"),
    path("queues/changes/<int:batch_id>/", bulk.batch, name="bulk_batch"),
    path("queues/<int:team_id>/", views.queue, name="queue"),
    path("queues/<int:team_id>/queue.<file_form:form>", views.file, name="queue_file"),
]
