# `reviews` with all that it can use. How to run it: docs/container.md. compose.yaml runs it with a read-only disk.

FROM python:3.13-slim-trixie AS build
WORKDIR /src
RUN python -m venv /opt/reviews
COPY requirements/opensearch.txt requirements/
RUN /opt/reviews/bin/pip install --no-cache-dir --require-hashes -r requirements/opensearch.txt
COPY setup.cfg pyproject.toml README.md LICENSE ./
COPY docs/reviews.1 docs/
COPY corpus corpus
COPY ingest ingest
COPY index index
COPY search search
COPY reviews reviews
RUN /opt/reviews/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim-trixie
# Tesseract reads scanned pages; bubblewrap confines the processes that read PDFs. No version is asked for: each build takes
# what Debian stable has, with its security updates.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends bubblewrap tesseract-ocr tesseract-ocr-cym \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --no-create-home --home-dir /var/lib/reviews reviews \
    && install --directory --owner=reviews --group=reviews --mode=0700 /var/lib/reviews
COPY --from=build /opt/reviews /opt/reviews
COPY deploy/nightly.sh /opt/reviews/bin/nightly
ENV PATH=/opt/reviews/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    REVIEWS_LIBRARY=/var/lib/reviews/library
USER 10001:10001
VOLUME /var/lib/reviews
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["reviews"]
CMD ["serve", "--host", "0.0.0.0", "--tokens"]
