# Concord as an image: one for web, worker, relay, scheduler and the one-shot migration (docker-compose.yml).

FROM node:22-bookworm-slim AS frontend
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY backoffice/web/frontend backoffice/web/frontend
RUN CONCORD_BUILD_DIR=/build node backoffice/web/frontend/build.mjs

FROM python:3.13-slim-bookworm AS packages
COPY requirements/runtime.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r runtime.txt

FROM python:3.13-slim-bookworm
RUN useradd --uid 10001 --create-home --home-dir /var/lib/concord concord \
    && install -d -o concord -g concord /var/lib/concord/anchors /var/lib/concord/mail
COPY --from=packages /venv /venv
WORKDIR /app
COPY manage.py ./
COPY workflows workflows
COPY backoffice backoffice
COPY portal portal
COPY tasks tasks
COPY fixtures fixtures
COPY --from=frontend /build /app/build
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=backoffice.settings \
    CONCORD_HOME=/var/lib/concord \
    CONCORD_BUILD_DIR=/app/build \
    CONCORD_STATIC_ROOT=/app/static
# The keys and addresses of this one step are placeholders: gathering files reads neither.
RUN CONCORD_SECRET_KEY=build CONCORD_EVENT_KEY=build DATABASE_URL=postgresql://build/build \
    python manage.py collectstatic --noinput
USER concord
EXPOSE 8000
# For the web process; the others say in docker-compose.yml how they are looked at.
HEALTHCHECK --interval=15s --timeout=6s --start-period=30s --retries=4 CMD ["python", "-c", "\
import os, urllib.request as web; \
host = os.environ.get('CONCORD_ALLOWED_HOSTS', '127.0.0.1').split(',')[0].lstrip('.'); \
web.urlopen(web.Request('http://127.0.0.1:8000/healthz', headers={'Host': host, 'X-Forwarded-Proto': 'https'}), timeout=5)"]
CMD ["gunicorn", "backoffice.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", \
     "--threads", "4", "--no-control-socket", "--access-logfile", "-", \
     "--logger-class", "backoffice.web.logs.AccessLines"]
