# frozen_string_literal: true

# The Ruby runtime of a managed function: boots, loads the handler, answers events until the host has gone.
# Ruby 3.1 and later, standard library only.

require_relative "runtime"

Lambent::Runtime.run(layers_root: ARGV.shift, has_json_logs: ARGV.shift == "json-logs")
