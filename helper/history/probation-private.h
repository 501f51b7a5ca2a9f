/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "history/probation.h"
#include "history/record.h"

/* What history/record.c does about probations inside its transactions. */

G_BEGIN_DECLS

/* @record says that its improvement is installed, and is not applied yet. Errors as for suture_statement_run (). */
gboolean suture_probation_begin (SutureDatabase *database, const SutureRecord *record, GError **error);

/* @improvement is installed no more. Errors as for suture_statement_run (). */
gboolean suture_probation_end (SutureDatabase *database, const char *improvement, GError **error);

G_END_DECLS
