/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "server.h"

/* The workflow of section 5 of the TUF specification 1.0, over values: what a client must believe. It knows no bytes, no
 * signatures and no disk, and shares no code with helper/feed. */

G_BEGIN_DECLS

typedef struct
{
  const ModelFile *kept[MODEL_N_ROLES];  /* what must lie in the folder; NULL: nothing */
  const ModelFile *fresh[MODEL_N_ROLES]; /* what may be used until the next check */
  gint64 now;                            /* the cycle's time */
} ModelOracle;

/* Begins with the root that came with the system. */
void model_oracle_init (ModelOracle *self, const ModelFile *root);

/* Root, timestamp, snapshot, targets; FALSE: it must fail. */
gboolean model_oracle_refresh (ModelOracle *self, const ModelServer *server, gint64 now);

/* The same without a server. */
gboolean model_oracle_resume (ModelOracle *self, gint64 now);

/* The delegated role @role, behind a check. */
gboolean model_oracle_list (ModelOracle *self, const ModelServer *server, ModelRole role);

G_END_DECLS
