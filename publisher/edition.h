/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "draft.h"
#include "keyring.h"
#include "report.h"
#include "seal.h"

/* A new edition of the repository: every role that is new, changes or ends soon, signed. What can't be signed with the keys at
 * hand waits in DEPOT/pending, partly signed, and nothing else waits for it: so an urgent fix goes out while the keys for a
 * change of root are still on their way. */

G_BEGIN_DECLS

#define SUTURE_EDITION_DAYS 7 /* until timestamp.json ends, unless the publisher wants it otherwise */
#define SUTURE_EDITION_DAYS_MAX 90
#define SUTURE_EDITION_ROOT_DAYS 365

typedef struct
{
  SutureRepository *repository;
  SutureDraft *draft; /* what it is going to say */
  SutureKeyring *keyring;
  SutureReport *report; /* is told what waits, and for whom */
  GPtrArray *stages;    /* SutureStage: manifests and payloads to serve, or NULL */
  guint days;           /* until the timestamp ends */
  gboolean exact;       /* somebody has said so: what waits and holds for another time is made anew */
  gboolean pending;     /* whether the draft has what waits: DEPOT/pending is written anew */
  gboolean any_clock;   /* whatever the clock says (suture_edition_check_clock ()) */
} SutureEdition; /* all the caller's */

/* Signs what @self says, renews what would end soon, and publishes the result once a desktop's client has accepted it. *@published:
 * FALSE when not even the timestamp could be signed; then all that was asked for waits. On error the repository is as it
 * was. */
gboolean suture_edition_publish (SutureEdition *self, gboolean *published, GError **error);

G_END_DECLS
