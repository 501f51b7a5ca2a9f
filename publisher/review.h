/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "depot.h"
#include "feed/metadata.h"
#include "report.h"

/* A file of metadata, as whoever is about to sign it has to see it: all that is in it, and what is another than before. */

G_BEGIN_DECLS

/* Reads the file @path, called VERSION.ROLE.json, and puts the role into *@role (the caller's). Signatures are not looked at.
 * SUTURE_ERROR_MALFORMED, with what it is instead: it does not hold that version of that role. A base release's role holds its own
 * improvements and no delegations, targets the other way round, and keys have their own id. */
SutureMetadata *suture_review_open (const char *path, char **role, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct
{
  const char *path, *role;
  const SutureMetadata *metadata;
  JsonObject *before; /* the body in whose place it comes, empty for a new role; NULL: not known */
  gboolean hearsay;   /* of @before (suture_seal_is_hearsay ()) */
  SutureDepot *depot; /* who has which key, and what improvements are; NULL: not known */
} SutureReview; /* all the caller's */

/* Tells it in lines, and with --json as "shown". Of a base release's improvements those that are as they were @before are only
 * counted, unless that is @hearsay. */
void suture_review_tell (const SutureReview *self, SutureReport *report);

G_END_DECLS
