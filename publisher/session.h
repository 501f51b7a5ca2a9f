/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "edition.h"

/* What every command that changes or renews what is published goes through: open all, change the draft, publish it. */

G_BEGIN_DECLS

/* What people say about it on the command line. */
typedef struct
{
  SutureKeyringOptions keys;
  int days;           /* --expires-days; SUTURE_SESSION_DAYS_UNSAID: SUTURE_EDITION_DAYS of them */
  gboolean any_clock; /* --any-clock */
} SutureSessionOptions;
void suture_session_options_clear (SutureSessionOptions *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SutureSessionOptions, suture_session_options_clear)

#define SUTURE_SESSION_DAYS_UNSAID G_MININT
#define SUTURE_SESSION_OPTIONS_INIT { SUTURE_KEYRING_OPTIONS_NONE, SUTURE_SESSION_DAYS_UNSAID, FALSE }

#define SUTURE_SESSION_ENTRIES(options)                                                                                       \
  SUTURE_KEYRING_ENTRIES ((options).keys),                                                                                    \
    { "expires-days", 0, 0, G_OPTION_ARG_INT, &(options).days, "Days until the signatures have to be renewed (7)", "N" },     \
  {                                                                                                                           \
    "any-clock", 0, 0, G_OPTION_ARG_NONE, &(options).any_clock, "The clock is right, however long nothing was published", NULL \
  }

typedef struct
{
  SutureReport *report;         /* the caller's */
  SutureDepot *depot;           /* (owned) */
  SutureRepository *repository; /* (owned) */
  SutureKeyring *keyring;       /* (owned) */
  SutureDraft *draft;           /* (owned) */
  guint days;
  gboolean exact; /* whether those days were said */
  gboolean pending, any_clock;
  gboolean waiting; /* after suture_session_publish (): something of what was asked for is not out yet */
} SutureSession;
void suture_session_clear (SutureSession *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SutureSession, suture_session_clear)

/* Opens the publisher's folder @path. @pending: whether what waits for signatures takes part. */
gboolean suture_session_open (SutureSession *self,
                              SutureReport *report,
                              const char *path,
                              const SutureSessionOptions *options,
                              gboolean pending,
                              GError **error);

/* Adds @stages (SutureStage, checked) to the draft. A base release that is new gets a role, and that a key in FOLDER/keys. */
gboolean suture_session_add_stages (SutureSession *self, GPtrArray *stages, GError **error);

/* Publishes the draft with @stages (SutureStage, none published yet; NULL: none), moves those that went out, and tells what happened and
 * until when all is signed. What was asked for is out, or waits for signatures (@self->waiting): the roles of @stages and those that the
 * draft was changed in, or all of them when nothing was. That is told, with what is missing and what comes next, and is the state of the
 * report. */
gboolean suture_session_publish (SutureSession *self, GPtrArray *stages, GError **error);

/* Takes out of @stages (SutureStage) those that are published already, and checks the others as desktops will. */
gboolean suture_session_check_stages (SutureSession *self, GPtrArray *stages, GError **error);

G_END_DECLS
