// SPDX-License-Identifier: MIT
module peer_go

go 1.19
