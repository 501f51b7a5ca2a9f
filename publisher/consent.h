/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "report.h"

/* The person at the terminal, before something is signed that was shown. */

G_BEGIN_DECLS

/* Asks @question ("Sign this?"), to which only what begins with a y agrees. SUTURE_ERROR_CANCELLED, with the sentence @otherwise: it was not agreed to;
 * SUTURE_ERROR_NOT_AUTHORIZED: there is no terminal, or
 * @report is for a program, which was told nothing yet. */
gboolean suture_consent_ask (SutureReport *report, const char *question, const char *otherwise, GError **error);

G_END_DECLS
