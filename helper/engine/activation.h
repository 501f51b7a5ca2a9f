/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "feed/trust.h"

/* The client of suture-activate: one request, one connection (helper/README.md, "The activation socket"). What comes back
 * is checked like anything from outside. Calls block: use a thread. */

G_BEGIN_DECLS

/* One improvement that root holds. */
typedef struct
{
  char *id;        /* strings are (owned) */
  char *feed;
  char *component;
  guint number;
  gboolean merged; /* part of /usr right now */
  char *content;   /* "applies", "included", … */
  char *left_out;  /* why it is not merged although it applies: boot, asked, image; "": not known, or it is merged */
} SutureActive;

/* Who runs, or ran, other bytes than those on the disk. */
typedef struct
{
  char *name;    /* nginx.service, or a program's name; strings are (owned) */
  char *kind;    /* unit, session, pid1, process */
  char *id;      /* the improvement */
  char *outcome; /* restarted, owed, failed */
  char *why;     /* "", never-restart, user, failed, or a sentence */
} SutureUnit;

/* An answer; never changed after it came. */
typedef struct
{
  gatomicrefcount count;
  GPtrArray *active; /* SutureActive (owned) */
  GPtrArray *units;  /* SutureUnit (owned) */
} SutureActivation;
SutureActivation *suture_activation_ref (SutureActivation *self);
void suture_activation_unref (SutureActivation *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureActivation, suture_activation_unref)

/* The one of @self with @id, or NULL; stays @self's. */
const SutureActive *suture_activation_find (const SutureActivation *self, const char *id);

/* Called with verifying, copying, mounting, switching or restarting. */
typedef void (*SutureActivationProgress) (const char *word, gpointer user_data);

/* What an installation hands over, nothing of it by path. All stay the caller's. */
typedef struct
{
  const char *feed;
  const char *id;
  const char *role;   /* the TUF role of this base */
  SutureTrust *trust; /* the metadata is exported from it */
  GBytes *manifest;
  int image;          /* readable descriptor */
} SutureActivationPackage;

/* Errors of all of them: SUTURE_ERROR_UNAVAILABLE: nobody listens; nothing was asked for. SUTURE_ERROR_INTERRUPTED: it ended
 * or went silent without a result. SUTURE_ERROR_MALFORMED: an answer that makes no sense. Anything else is its own word
 * about why. None but the first says whether something changed: suture_recover_look () finds out. */
/* Has root trust the local feed, or not: besides those errors SUTURE_ERROR_NOT_APPLICABLE, when what lies under its name is an
 * administrator's own. */
gboolean suture_activation_set_local (gboolean on, GError **error);
SutureActivation *suture_activation_list (GError **error) G_GNUC_WARN_UNUSED_RESULT;
SutureActivation *suture_activation_reconsider (GError **error) G_GNUC_WARN_UNUSED_RESULT;
SutureActivation *suture_activation_install (const SutureActivationPackage *package,
                                             SutureActivationProgress progress,
                                             gpointer user_data,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
SutureActivation *suture_activation_remove (const char *id,
                                            SutureActivationProgress progress,
                                            gpointer user_data,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
