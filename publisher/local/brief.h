/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

/* What one component's preparation starts from, handed to a process of its own as a folder:
 *   brief.json     the rest of this
 *   packages/N.deb fixed packages, verified
 *   ground/        what lies on the disk (ground.h)
 * What is made from it is made below that folder as well. */

G_BEGIN_DECLS

typedef struct
{
  char *folder;         /* (owned), as all that follows */
  char *component;
  char *publisher;      /* "Debian": who has signed the packages */
  char *architecture;   /* this computer's, as systemd calls it */
  char *suite;          /* "bookworm-security" */
  guint after;          /* the last number that is used up */
  GPtrArray *called;    /* char *: as dpkg calls the packages, in the order of their files */
  GPtrArray *old, *fixed; /* char *: their versions */
  JsonObject *archive;  /* what targets say of where it comes from (README.md) */
} SutureBrief;

SutureBrief *suture_brief_new (const char *folder) G_GNUC_WARN_UNUSED_RESULT;
void suture_brief_free (SutureBrief *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureBrief, suture_brief_free)

/* Writes brief.json, and reads one. SUTURE_ERROR_MALFORMED. */
gboolean suture_brief_save (SutureBrief *self, GError **error);
SutureBrief *suture_brief_load (const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The path of package @index; of the tree of files on the disk. The caller's. */
char *suture_brief_package (const SutureBrief *self, guint index) G_GNUC_WARN_UNUSED_RESULT;
char *suture_brief_ground (const SutureBrief *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
