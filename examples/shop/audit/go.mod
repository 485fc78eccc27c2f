module shop/audit

go 1.22
