/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What the local feed leaves to the system update (SystemUpdates of org.suture.Helper1), and why, in words for people. */

G_BEGIN_DECLS

/* All strings are clean, plain text and not NULL; all is owned. */
typedef struct
{
  char *component;
  char *installed; /* version */
  char *fixed;     /* the version that the archive has */
  char *why;       /* a word of publisher/local/README.md, or one that this program does not know */
  char *detail;    /* a package, a path or a sentence; or "" */
} SutureSystemUpdate;

/* Of an a(sssss), or NULL: array of SutureSystemUpdate, at most 1024 of them. */
GPtrArray *suture_system_update_list (GVariant *list) G_GNUC_WARN_UNUSED_RESULT;

/* Why it comes with the system update, translated: "The package “linux-image-amd64” is the kernel, a module of it, or firmware." */
char *suture_system_update_sentence (const SutureSystemUpdate *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
