// SPDX-License-Identifier: LGPL-2.1-or-later
exports.__esModule = true;
exports.default = (url) => fetch(url);
