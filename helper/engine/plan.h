/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/facts.h"

/* What is going to be done, frozen before anybody is asked for permission: polkit is shown the digest of it, and exactly it
 * is run (THREATS.md V3). Never changed after it was made. */

G_BEGIN_DECLS

typedef enum
{
  SUTURE_PLAN_INSTALL,
  SUTURE_PLAN_REMOVE,
} SuturePlanKind;

typedef struct
{
  gatomicrefcount count;
  SuturePlanKind kind;
  char *improvement;  /* its id; strings are (owned) */
  char *component;
  char *title;
  char *letter;
  char *feed;
  SutureKnown *known; /* what is installed; NULL for a removal (owned) */
  int base;           /* index of the base that this machine has */
  char *digest;       /* SHA-256 over all that decides what happens, in hex */
} SuturePlan;

/* The plan to install @id (State "available" or "inactive") or to remove it ("active", "inactive", "overtaken").
 * SUTURE_ERROR_NOT_FOUND: there is no such improvement, or it is not in that state: the same words for both. */
SuturePlan *suture_plan_new (const SutureFacts *facts, SuturePlanKind kind, const char *id, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

/* The plan to install @known for the base with the index @base, whatever its state: of a letter that no offer shows any more, since a
 * later one does. Never NULL. */
SuturePlan *suture_plan_new_of_known (SutureKnown *known, int base) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the administrator's policy, as its files are now, allows a person to do it: SUTURE_ERROR_MANAGED. What happens by itself asks
 * engine/wait.h, or is an undoing or a withdrawal, which no policy forbids. */
gboolean suture_plan_is_permitted (const SuturePlan *self, GError **error);

/* Whether @digest, which is all that the journal keeps of a plan, is of the one to remove @improvement of @component when it
 * came from @feed. */
gboolean suture_plan_is_removal (const char *digest, const char *improvement, const char *component, const char *feed);

SuturePlan *suture_plan_ref (SuturePlan *self);
void suture_plan_unref (SuturePlan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SuturePlan, suture_plan_unref)

G_END_DECLS
