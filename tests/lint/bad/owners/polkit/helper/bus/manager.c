/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <polkit/polkit.h>
