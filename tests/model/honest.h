/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "dice.h"
#include "server.h"

/* A publisher who makes no mistake, whatever else happens, and everything that was ever made. */

G_BEGIN_DECLS

#define MODEL_START G_GINT64_CONSTANT (1800000000) /* seconds since the epoch: when each history begins */
#define MODEL_HOUR (60 * 60)
#define MODEL_DAY (24 * MODEL_HOUR)

typedef struct
{
  gint64 now;                          /* the true time */
  ModelServer *server;                 /* what an honest mirror has (owned) */
  GPtrArray *made;                     /* ModelFile, every one, the hostile ones too (owned) */
  GPtrArray *before;                   /* ModelServer, what mirrors had earlier (owned) */
  const ModelFile *current[MODEL_N_ROLES];
  ModelWho who[MODEL_N_ROLES];
  gboolean with_digests;
  guint used;                          /* keys that were ever in use */
  ModelKeys stolen;                    /* of timestamp and snapshot: keys that a thief has as well */
} ModelHonest;

void model_honest_init (ModelHonest *self, ModelDice *dice);
void model_honest_clear (ModelHonest *self);

/* Keeps @file as one that was made. */
const ModelFile *model_honest_keep (ModelHonest *self, ModelFile *file);

/* Some of what a publisher does; one line of it goes to @log. */
void model_honest_act (ModelHonest *self, ModelDice *dice, GString *log);

/* Renews all that expires within the next hour. */
void model_honest_renew (ModelHonest *self, ModelDice *dice);

/* 250 to 299 new roots in a row. */
void model_honest_rotate_often (ModelHonest *self, ModelDice *dice, GString *log);

G_END_DECLS
