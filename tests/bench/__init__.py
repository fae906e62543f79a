"""The project's benchmark: `invoke bench`, which is `python -m bench` with options (`invoke --help bench`).

| module | what it does |
|---|---|
| `prose`, `dataset` | an invented blog of any size, the same on every machine: pure |
| `writing` | writes it down as each site generator wants it |
| `sites`, `peers`, `living` | sites to build: Pelican's, those of other generators, one that is built again and again |
| `stopwatch`, `processes` | a whole process: seconds, CPU, peak of memory |
| `rows`, `single`, `pulling` | everything that is measured; `slow_server` is the service that answers late |
| `running` | all of it in turn; `task` and `names` are what rows are made of |
| `trees`, `checks` | whether all of them did the work: equal bytes, and every interaction on its page |
| `targets`, `report`, `machine` | what is to be reached, and how it is told |

What it needs of other tools, `peers/install` installs (Debian, root) when `--peers` is given.
"""
