/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Manifests for tests: right in all that a test does not say. */

typedef struct
{
  const char *files;    /* the elements of "files", JSON */
  const char *payloads; /* the elements of "payloads"; NULL: one full payload that nobody has */
  guint n_bases;        /* 0 counts as 1 */
  gsize image_size;     /* 0 counts as 4096 */
  const char *image_sha256; /* NULL: some digest */
  const char *id, *component; /* NULL: "demo-a", "demo" */
  guint number;         /* 0 counts as 1 */
  const char *kind;     /* NULL: "security" */
} TestManifest;

/* The JSON of an improvement for Debian 12 on x86-64. Free with g_bytes_unref (). */
GBytes *test_manifest_json (const TestManifest *manifest);

/* An element of "files": a regular file of mode 0644 with @content, in each of the bases one of @olds (NULL: not there). */
char *test_manifest_file (const char *path, const char *content, const char *const *olds, guint n_bases);
