# frozen_string_literal: true

module Lambent
  # RubyGems, which takes most of the time that Ruby needs to start: loaded at once for functions that bring gems, and for
  # others when something asks for it.
  module Gems
    REQUIRE = Kernel.instance_method(:require)

    class << self
      # `own_folder`: where the runtime's gems are, which are there for every function and replace nothing of Ruby.
      def start(own_folder)
        return if defined?(Gem)
        return load_now if brought?(own_folder)

        Object.autoload(:Gem, "rubygems")
        Kernel.class_eval do
          def require(path) = Lambent::Gems.require_from(self, path)
          def gem(...) = Lambent::Gems.load_now && gem(...)
          private :require, :gem
        end
      end

      # Where gems came with the code after the start.
      def start_late(own_folder)
        load_now if !@loaded && brought?(own_folder)
      end

      # What is not in Ruby's own folders may be in a gem's.
      def require_from(receiver, path)
        REQUIRE.bind_call(receiver, path)
      rescue LoadError => error
        raise if @loaded || error.path != path

        load_now
        receiver.__send__(:require, path)
      end

      # RubyGems puts itself in the place of the `require` that it finds: Ruby's.
      def load_now
        @loaded = true
        Kernel.define_method(:require, REQUIRE)
        Kernel.__send__(:private, :require)
        Kernel.require("rubygems")
        true
      end

      private

      def brought?(own_folder)
        folders = ENV.fetch("GEM_PATH", "").split(":").reject { |folder| folder.start_with?(own_folder) }
        folders.any? { |folder| File.directory?("#{folder}/specifications") }
      end
    end
  end
end
