# frozen_string_literal: true

module Lambent
  # The framed channel of ../PROTOCOL.md. Reading blocks: between invokes nothing of the main thread runs.
  module Channel
    INVOKE, RELEASE, VARIABLES, NEXT, RESPONSE, ERROR, INIT_ERROR, BOOTED = 1, 2, 3, 16, 17, 18, 19, 23
    HEADER = "CNN"
    HEADER_BYTES = 9
    NEXT_FRAME = [NEXT, 0, 0].pack(HEADER).freeze

    FROM_HOST = IO.for_fd(3, "rb")
    TO_HOST = IO.for_fd(4, "wb")
    TO_HOST.sync = true
    # Programs that the function starts do not speak for it.
    [FROM_HOST, TO_HOST].each { |pipe| pipe.close_on_exec = true }

    class << self
      # Blocks; meta and body of the next event, or nil when the host has gone.
      def read_invoke = read_frame(INVOKE)

      # Blocks until the host has said for which environment this process is: meta and variables as JSON, or nil.
      def read_variables = read_frame(VARIABLES)

      # Writes one frame, and NEXT behind it when the guest goes on.
      def send_frame(kind, meta, body, then_next: false)
        TO_HOST.write([kind, meta.bytesize, body.bytesize].pack(HEADER), meta, body, then_next ? NEXT_FRAME : "")
      end

      def send_next
        TO_HOST.write(NEXT_FRAME)
      end

      private

      def read_frame(expected)
        header = read(HEADER_BYTES) or return nil
        kind, meta_length, body_length = header.b.unpack(HEADER)
        # Other threads run on in any case.
        return read_frame(expected) if kind == RELEASE
        raise "frame of type #{kind}" unless kind == expected

        meta = read(meta_length) or return nil
        body = read(body_length) or return nil
        [meta, body]
      end

      def read(length)
        return +"" if length.zero?

        bytes = FROM_HOST.read(length)
        bytes.force_encoding(Encoding::UTF_8) if bytes&.bytesize == length
      end
    end
  end
end
