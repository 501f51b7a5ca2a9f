/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "honest.h"

/* What a mirror, a network or a thief of online keys makes of it. */

G_BEGIN_DECLS

/* A server that is hostile in one to three ways; they go to @log. */
ModelServer *model_hostile_server (ModelHonest *honest, ModelDice *dice, GString *log) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
