# Makes the run on data/fixtures/tiny.toml that the tiers integration and scripts share: the run in FOLDER/run,
# the program's output in FOLDER/out and FOLDER/err, its exit status in FOLDER/status.
#   cmake -DPROGRAM=digits -DFOLDER=folder -P make_tiny_run.cmake   # in the source folder
file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER})
execute_process(COMMAND ${PROGRAM} run --config data/fixtures/tiny.toml --out ${FOLDER}/run
  OUTPUT_FILE ${FOLDER}/out ERROR_FILE ${FOLDER}/err RESULT_VARIABLE status)
file(WRITE ${FOLDER}/status ${status})
