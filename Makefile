# The same jobs as `python run.py`, for those who have make. Extra arguments: make test ARGS="-k layers"
PYTHON ?= python3
ARGS ?=

.PHONY: demo test lab lint setup clean
.DEFAULT_GOAL := demo

demo test lab lint:
	@$(PYTHON) run.py $@ $(ARGS)

setup clean:
	@$(PYTHON) run.py $@
