"""A site deployed to object storage that speaks S3, through boto3, which is imported here and nowhere else.

Every object gets the type and the caching that `layout.kind` says, and its SHA-256 as metadata. An object is the site's
when its size and its ETag, an MD5, are; where the ETag is something else (encryption, uploads in parts), when its
metadata says so.

What must not be overwritten blindly is written on a condition (RFC 9110, 13.1): a file that never changes if there is
none (`If-None-Match: *`), a head if it is the one that was read in the beginning (`If-Match`). Who deploys puts a mark
of his own into the object `.packyard-deploy` and looks before each parcel of files whether it is still his: whoever
comes later takes over, and the one before stops.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from packyard.deploying.planning import HEADS
from packyard.deploying.values import Stage
from packyard.edges.deploy_digests import Digests, digests
from packyard.edges.deploying import CLAIM, overtaken
from packyard.edges.transport import origin_of
from packyard.errors import NotFound, Problem, ProblemsFound, UsageError, WorldError
from packyard.formats import layout

T = TypeVar("T")

CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 10, 60, 5
#: Files put between two looks at the claim.
PARCEL = 64
_FAILED_CONDITION = {"PreconditionFailed", "ConditionalRequestConflict", "412", "409"}
_ABSENT = {"NoSuchKey", "404", "NotFound"}


@contextmanager
def open_bucket(place: str, endpoint: str, jobs: int) -> Iterator[BucketTarget]:
    """The place `s3://BUCKET/PREFIX` as a target. Credentials, region and, without `endpoint`, the address are where
    boto3 finds them. Raises `UsageError` without a bucket or without boto3.
    """
    parts = urlsplit(place)
    if not parts.netloc or parts.query or parts.fragment:
        raise UsageError("usage-wrong", "not a place in a bucket", expected="s3://BUCKET/PREFIX", found=place)
    if endpoint and origin_of(endpoint) is None:
        found = endpoint.rpartition("@")[2]
        raise UsageError("usage-wrong", "not the address of a service", expected="https://HOST", found=found)
    try:
        import boto3
        from botocore.config import Config
    except ImportError:
        raise UsageError("deploy-library", "boto3 is not installed", help="pip install 'packyard[s3]'") from None
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
        max_pool_connections=max(jobs, 1),
        # Stores other than Amazon's know Content-MD5, which is sent, and not all know newer checksums.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"addressing_style": "path"} if endpoint else {},
    )
    with ThreadPoolExecutor(jobs) as pool, _told(place):
        client = boto3.session.Session().client("s3", endpoint_url=endpoint or None, config=config)
        yield BucketTarget(client, parts.netloc, parts.path.strip("/"), pool)


@contextmanager
def _told(where: str) -> Iterator[None]:
    """Raises `WorldError` for what boto3 raises."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise WorldError("deploy-failed", "the storage refused", path=where, found=str(error)) from None


class BucketTarget:
    """A part of a bucket, as a `Target`."""

    def __init__(self, client: Any, bucket: str, prefix: str, pool: ThreadPoolExecutor) -> None:
        self.name = f"s3://{bucket}/{prefix}".rstrip("/")
        self.notes: list[Problem] = []
        self._client, self._bucket, self._pool = client, bucket, pool
        self._prefix = f"{prefix}/" if prefix else ""
        self._start: dict[str, str] = {}
        self._mark = b""

    def read(self, path: str, limit: int) -> bytes:
        """An object's bytes. The ETag of a head is remembered when it is read for the first time."""
        try:
            answer = self._client.get_object(**self._object(path))
        except self._client.exceptions.ClientError as error:
            if _code(error) in _ABSENT:
                raise NotFound("file-missing", "the file is missing", path=f"{self.name}/{path}") from None
            raise
        with answer["Body"] as body:
            data: bytes = body.read(limit + 1)
        if len(data) > limit:
            message = "the file is too large"
            raise WorldError("too-large", message, path=f"{self.name}/{path}", expected=f"at most {limit} bytes")
        if path in HEADS:
            self._start.setdefault(path, answer["ETag"])
        return data

    def held(self, site: Path, files: Mapping[str, int]) -> Iterator[tuple[str, bool]]:
        """Every object that is there, and whether it is the site's."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
        for page in pages:
            # What ends with a slash stands for a folder, as consoles make them.
            found = [each for each in page.get("Contents", ()) if not each["Key"].endswith("/")]
            yield from self._pool.map(partial(self._held, site, files), found)

    def _held(self, site: Path, files: Mapping[str, int], found: Mapping[str, Any]) -> tuple[str, bool]:
        path = found["Key"].removeprefix(self._prefix)
        if files.get(path) != found["Size"]:
            return path, False
        wanted = digests(site / path)
        return path, found["ETag"].strip('"') == wanted.md5.hex() or self._recorded(path) == wanted.sha256

    def _recorded(self, path: str) -> str:
        recorded: str = self._client.head_object(**self._object(path))["Metadata"].get("sha256", "")
        return recorded

    def claim(self) -> None:
        """Puts a mark of this deployment. Raises `WorldError` when another does so at the same moment."""
        mark = secrets.token_hex(16).encode()
        try:
            there = {"IfMatch": self._client.head_object(**self._object(CLAIM))["ETag"]}
        except self._client.exceptions.ClientError:
            there = {"IfNoneMatch": "*"}
        self._mark = mark
        if not self._put_bytes(mark, there):
            self.guard()  # an answer that got lost makes a condition fail that was met
        if self._put_bytes(mark, {"IfNoneMatch": "*"}):
            message = "the storage ignores conditions: nothing but you keeps two deployments apart"
            self.notes.append(Problem("deploy-unconditional", self.name, message))

    def _put_bytes(self, data: bytes, condition: Mapping[str, str]) -> bool:
        """Puts the mark; whether the condition was met."""
        try:
            self._client.put_object(**self._object(CLAIM), Body=data, CacheControl="no-store", **condition)
        except self._client.exceptions.ClientError as error:
            if _code(error) not in _FAILED_CONDITION | _ABSENT:
                raise
            return False
        return True

    def guard(self) -> None:
        """Raises `WorldError` when the mark is not this deployment's any more."""
        if not self._is_mine():
            raise overtaken(self.name)

    def _is_mine(self) -> bool:
        try:
            return self.read(CLAIM, 1_000) == self._mark
        except NotFound:
            return False

    def put(self, site: Path, stage: Stage) -> Iterator[None]:
        """Puts files, several at once; one that never changes only where there is none."""
        condition = {"IfNoneMatch": "*"} if stage.name == "content" else {}
        for parcel in _parcels(stage.paths):
            self.guard()
            for path, done in self._pool.map(lambda path: (path, self._put(site, path, condition)), parcel):
                if not done:
                    message = "a file that never changes is another one there"
                    raise ProblemsFound([Problem("deploy-immutable", f"{self.name}/{path}", message)])
                yield None

    def put_head(self, site: Path, path: str) -> None:
        """Puts one head where the one from the beginning is. Raises `WorldError` when it is another one."""
        etag = self._start.get(path)
        if not self._put(site, path, {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}):
            raise overtaken(self.name)

    def _put(self, site: Path, path: str, condition: Mapping[str, str]) -> bool:
        """Puts a file; whether it is there now. An answer that got lost makes a condition fail that was met."""
        kind, wanted = layout.kind(path), digests(site / path)
        try:
            with (site / path).open("rb") as body:
                self._client.put_object(
                    **self._object(path),
                    Body=body,
                    ContentMD5=wanted.content_md5,
                    ContentType=kind.content_type,
                    CacheControl=kind.cache_control,
                    Metadata={"sha256": wanted.sha256},
                    **condition,
                )
        except self._client.exceptions.ClientError as error:
            if _code(error) not in _FAILED_CONDITION | _ABSENT or not condition:
                raise
            return self._has(path, wanted)
        return True

    def _has(self, path: str, wanted: Digests) -> bool:
        try:
            found = self._client.head_object(**self._object(path))
        except self._client.exceptions.ClientError as error:
            if _code(error) in _ABSENT:
                return False
            raise
        return bool(found["ETag"].strip('"') == wanted.md5.hex() or found["Metadata"].get("sha256") == wanted.sha256)

    def remove(self, paths: tuple[str, ...]) -> Iterator[None]:
        """Removes objects, several at once."""
        for parcel in _parcels(paths):
            self.guard()
            for _ in self._pool.map(lambda path: self._client.delete_object(**self._object(path)), parcel):
                yield None

    def release(self) -> None:
        """Takes the mark away, if it is still this deployment's. One that stays is taken over by whoever comes next."""
        with suppress(self._client.exceptions.ClientError):
            if self._is_mine():
                self._client.delete_object(**self._object(CLAIM))

    def _object(self, path: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + path}


def _code(error: Any) -> str:
    code: str = error.response.get("Error", {}).get("Code", "")
    return code


def _parcels(paths: Iterable[T]) -> Iterator[list[T]]:
    waiting = iter(paths)
    while parcel := list(islice(waiting, PARCEL)):
        yield parcel
