/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "repository.h"

/* A new edition of the repository: every role that is new, changes or ends soon, signed. */

G_BEGIN_DECLS

#define SUTURE_EDITION_DAYS 7 /* until timestamp.json ends, unless the publisher wants it otherwise */
#define SUTURE_EDITION_DAYS_MAX 90
#define SUTURE_EDITION_ROOT_DAYS 365

/* Adds the improvements @stages (SutureStage, checked, none of them published) to @repository, renews what would end
 * before @days are over, and publishes the result once a desktop's client has accepted it. On error the repository is
 * as it was. */
gboolean suture_edition_publish (SutureRepository *repository, GPtrArray *stages, guint days, GError **error);

/* When the first role of what is published ends, in seconds since the epoch; *@role (a name, static or of
 * @repository) is that role. */
gint64 suture_edition_end (SutureRepository *repository, const char **role);

G_END_DECLS
