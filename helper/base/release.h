/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Which base this machine is, by os-release(5) and the kernel's architecture in systemd's spelling. */

G_BEGIN_DECLS

typedef struct
{
  char *id;           /* ID=, "debian" (owned) */
  char *version_id;   /* VERSION_ID=, "12"; "" where there is none (owned) */
  char *architecture; /* "x86-64", "arm64": systemd.unit(5), ConditionArchitecture= (owned) */
  char *pretty_name;  /* PRETTY_NAME=, only ever shown (owned) */
} SutureRelease;

/* Reads SUTURE_PATH_OS_RELEASE. NULL with SUTURE_ERROR_MALFORMED when ID is missing or not a name. */
SutureRelease *suture_release_load (GError **error) G_GNUC_WARN_UNUSED_RESULT;
void suture_release_free (SutureRelease *self);

/* The TUF role, and the folder of targets, of this base: "debian-12-x86-64". */
char *suture_release_role (const SutureRelease *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureRelease, suture_release_free)

G_END_DECLS
