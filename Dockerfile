FROM node:22-slim AS pages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1
WORKDIR /app
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.txt
COPY . .
COPY --from=pages /app/node_modules node_modules
RUN python healthscore/tabler.py
# The settings want to be complete; none of these values is used or kept.
RUN SECRET_KEY=build ALLOWED_HOSTS=build DATABASE_URL=postgresql:///build REDIS_URL=redis://build \
    python manage.py collectstatic --noinput \
    && rm -r node_modules && mkdir node_modules
RUN useradd --system --uid 10001 healthscore
USER healthscore
EXPOSE 8000
