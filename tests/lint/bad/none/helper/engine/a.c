/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/a.h"
#include "feed/trust.h"
