/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "signer.h"

/* A file of metadata: what is in it, as a value, and the bytes. The model decides by the value, the client by the bytes. */

G_BEGIN_DECLS

typedef enum
{
  MODEL_ROOT,
  MODEL_TIMESTAMP,
  MODEL_SNAPSHOT,
  MODEL_TARGETS,
  MODEL_ALPHA, /* two roles that the targets role delegates to */
  MODEL_BETA,
} ModelRole;

#define MODEL_N_ROLES (MODEL_BETA + 1)

/* "root" … "alpha"; static. */
const char *model_role_name (ModelRole role);

typedef struct
{
  ModelKeys keys;  /* none: nothing is delegated to it */
  guint threshold;
} ModelWho;

typedef struct _ModelFile ModelFile;

typedef struct
{
  gint64 version;        /* 0: it is not listed */
  const ModelFile *file; /* whose length and digest are given; NULL: none are */
} ModelListed;

struct _ModelFile
{
  ModelRole role;
  gboolean honest;    /* made by the publisher; a copy with a blank behind it still is */
  gboolean readable;  /* metadata of TUF 1.x */
  ModelKeys signers;  /* whose signatures over it are valid */
  ModelKeys forged;   /* under whose ids there is another key's signature */
  gint64 version;
  gint64 expires;     /* seconds since the epoch */
  gint64 issued;      /* timestamp: the same; 0: left out */
  gboolean consistent;                /* root */
  ModelWho who[MODEL_N_ROLES];        /* root: up to targets; targets: from alpha on */
  ModelListed listed[MODEL_N_ROLES];  /* timestamp, snapshot */
  GBytes *bytes;                      /* (owned) */
};

/* Writes and signs a file with the facts of @facts. */
ModelFile *model_file_new (const ModelFile *facts) G_GNUC_WARN_UNUSED_RESULT;
void model_file_free (ModelFile *self);

typedef enum
{
  MODEL_FLIPPED,  /* one bit of what is signed */
  MODEL_CUT,      /* an end is missing */
  MODEL_PADDED,   /* a blank behind it: other bytes, the same metadata */
  MODEL_EXTENDED, /* something else behind it */
} ModelDamage;

/* A copy of @file with damage; @where says at which place, and may be any number. */
ModelFile *model_file_damage (const ModelFile *file, ModelDamage damage, guint64 where) G_GNUC_WARN_UNUSED_RESULT;

/* Whether it is metadata of @role's kind, signed as @who says. */
gboolean model_file_is_signed (const ModelFile *self, ModelRole role, const ModelWho *who);

/* One line about it. */
char *model_file_describe (const ModelFile *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
