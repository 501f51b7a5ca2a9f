/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "client/copy.h"
#include "client/waits.h"

/* One improvement as the helper published it (org.suture.Improvement1). */

G_BEGIN_DECLS

#define SUTURE_TYPE_IMPROVEMENT (suture_improvement_get_type ())
G_DECLARE_FINAL_TYPE (SutureImprovement, suture_improvement, SUTURE, IMPROVEMENT, SutureCopy)

/* State of the contract (data/org.suture.Helper1.xml). */
typedef enum
{
  SUTURE_STATE_UNKNOWN,
  SUTURE_STATE_AVAILABLE,
  SUTURE_STATE_ACTIVE,
  SUTURE_STATE_INACTIVE,
  SUTURE_STATE_OVERTAKEN,
  SUTURE_STATE_INCLUDED,
  SUTURE_STATE_SUPERSEDED,
  SUTURE_STATE_MIXED,
  SUTURE_STATE_NOT_INSTALLED,
  SUTURE_STATE_REPLACED,
  SUTURE_STATE_CONFLICT,
} SutureState;

/* Its word in the contract; "unknown" for one that this program does not know. */
const char *suture_state_to_name (SutureState state);

/* Where a state is shown; what needs no word is shown nowhere. */
typedef enum
{
  SUTURE_STATE_GROUP_NONE,
  SUTURE_STATE_GROUP_READY,
  SUTURE_STATE_GROUP_ACTIVE,
  SUTURE_STATE_GROUP_INACTIVE, /* installed or not: it could do something, and does not */
} SutureStateGroup;
SutureStateGroup suture_state_group (SutureState state);

/* What can be done from a state, as the contract says. Both from "inactive". */
gboolean suture_state_can_install (SutureState state);
gboolean suture_state_can_remove (SutureState state);

typedef struct
{
  char *cve;    /* (owned) */
  char *title;  /* (owned) */
  char *credit; /* (owned) */
} SutureVulnerability;

/* A link of the chain of signatures behind what this computer prepared itself. */
typedef struct
{
  char *what;  /* origin, suite, date, key, release, packages, package (owned) */
  char *which; /* (owned) */
} SutureProvenance;

typedef struct
{
  char *name;  /* (owned) */
  char *shown; /* the name as people know it: without ".service" (owned) */
  char *kind;  /* unit, session, pid1, process (owned) */
  char *why;   /* never-restart, failed, user (owned) */
} SutureOwed;

/* A program that closes again and again since the improvement is there. */
typedef struct
{
  char *program; /* its file's name (owned) */
  guint times;
} SutureKeepsClosing;

/* All strings are clean, plain text and not NULL; all is owned. */
typedef struct
{
  char *id;
  char *component;
  char *letter;
  guint number; /* of the letter: a later one has a higher number */
  char *kind; /* security, test */
  char *title;
  char *description;
  char *publisher;
  char *feed;
  gboolean automatic;   /* a program prepared it */
  char *approved_by;    /* the person who approved that; "": nobody is named */
  GPtrArray *provenance; /* of SutureProvenance, in order; empty where nothing is said of that */
  char *severity; /* unknown, low, medium, high, critical */
  gboolean exploited;
  GPtrArray *vulnerabilities; /* of SutureVulnerability */
  SutureState state;
  guint64 download_size; /* bytes */
  guint64 image_size;    /* bytes */
  char **files;
  gint64 installed_at; /* seconds since the epoch, 0: not active */
  GPtrArray *owed;     /* of SutureOwed */
  char **restarted;
  char **conflict;     /* names of sources: in conflict, or hidden behind what is installed */
  gint64 waits_until;  /* seconds since the epoch: this machine's turn in a rollout; 0: none */
  GPtrArray *waits;    /* of SutureWait: why it is not installed by itself; the turn as well */
  GPtrArray *keeps_closing; /* of SutureKeepsClosing */
  char *left_out;      /* boot, asked, image, or "" */
  gboolean withdrawn;
  gint64 withdrawn_at; /* seconds since the epoch, 0: not said */
  char *withdrawn_reason; /* the publisher's words, one line, or "" */
} SutureImprovementFacts;

/* What tells most of why it is not installed by itself although it is available, or NULL; borrowed. @now: seconds since the
 * epoch. */
const SutureWait *suture_improvement_get_wait (const SutureImprovementFacts *facts, gint64 now);

/* Whether a person can install it: it can be, and the administrator's policy does not hold it. */
gboolean suture_improvement_can_install (const SutureImprovementFacts *facts);

/* Whether a later letter of its component, from the same source, can be installed as well and only waits for its turn: this one is
 * there until then, and not what a person who wants all is after. @improvements: a list of SutureImprovement. */
gboolean suture_improvement_stands_in (GListModel *improvements, const SutureImprovementFacts *facts);

/* Whether it fixes nothing, and is there to try the way. */
gboolean suture_improvement_is_test (const SutureImprovementFacts *facts);

/* Bytes that come over the network when it is installed: 0 for what this computer prepared itself. */
guint64 suture_improvement_to_download (const SutureImprovementFacts *facts);

/* Never NULL; valid until the next "changed". */
const SutureImprovementFacts *suture_improvement_get_facts (SutureImprovement *self);

/* Its title, or its id where it has none. */
const char *suture_improvement_get_title (SutureImprovement *self);

G_END_DECLS
