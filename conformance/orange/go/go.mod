module keyglot.test/orange

go 1.24
