"""Requests per second and peak memory of our client beside the `openai` package's, against one server on loopback.

    python perf/llm_client.py [--requests 3000] [--concurrency 32] [--rounds 5]

The server is a process of its own that answers at once, so all time but its share is the client's. Both clients ask
the same questions, each round in a fresh process, in turns; medians are printed. The peer is `AsyncOpenAI` at its
defaults, driven by a semaphore, without its own retries.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import time
from statistics import median

PROMPT = "Which of these labels fits what Bo feels when saying this? Answer with the label alone. " * 20
ANSWER = json.dumps(
    {
        "id": "1",
        "object": "chat.completion",
        "created": 0,
        "model": "tiny",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "joy"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 300, "completion_tokens": 1, "total_tokens": 301},
        "data": [{"id": "tiny"}],
    }
).encode()
REPLY = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(ANSWER), ANSWER)


async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers each request of a connection with the same completion."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if b"content-length: " in head:
                await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))
            writer.write(REPLY)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def serve() -> None:
    """Print the port and answer until ended."""
    server = await asyncio.start_server(connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def ours(url: str, requests: int, concurrency: int) -> int:
    """Ask through `sentio.llms`."""
    from sentio import llms
    from sentio.prompts.message import Message

    model = llms.open(f"openai/tiny@{url}", concurrency=concurrency)
    questions = (llms.Question(str(k), (Message("user", f"{k} {PROMPT}"),)) for k in range(requests))
    return sum(answer.text == "joy" for answer in model.ask(questions))


def peer(url: str, requests: int, concurrency: int) -> int:
    """Ask through the `openai` package."""
    import openai

    async def ask_all() -> int:
        slots = asyncio.Semaphore(concurrency)
        async with openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:

            async def ask(k: int) -> bool:
                async with slots:
                    answer = await client.chat.completions.create(
                        model="tiny",
                        messages=[{"role": "user", "content": f"{k} {PROMPT}"}],
                        temperature=0,
                        max_tokens=256,
                    )
                return answer.choices[0].message.content == "joy"

            return sum(await asyncio.gather(*map(ask, range(requests))))

    return asyncio.run(ask_all())


def main() -> None:
    """Measure and print; with `--as`, be one of the processes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--as", dest="role", choices=("server", "ours", "peer"))
    parser.add_argument("--url", default="")
    options = parser.parse_args()
    if options.role == "server":
        asyncio.run(serve())
    elif options.role:
        client = ours if options.role == "ours" else peer
        client(options.url, 1, 1)  # imports are no part of the rate
        start = time.perf_counter()
        answered = client(options.url, options.requests, options.concurrency)
        seconds = time.perf_counter() - start
        assert answered == options.requests
        print(options.requests / seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    else:
        compare(options.requests, options.concurrency, options.rounds)


def compare(requests: int, concurrency: int, rounds: int) -> None:
    """Run server and clients, and print medians and ratios."""
    figures: dict[str, list[tuple[float, float]]] = {"ours": [], "peer": []}
    with subprocess.Popen([sys.executable, __file__, "--as", "server"], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = f"http://127.0.0.1:{server.stdout.readline().strip()}/v1"
            size = ["--requests", str(requests), "--concurrency", str(concurrency), "--url", url]
            for _ in range(rounds):
                for role, found in figures.items():
                    command = [sys.executable, __file__, "--as", role, *size]
                    rate, memory = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
                    found.append((float(rate), float(memory)))
        finally:
            server.terminate()
    rates = {role: median(rate for rate, _ in found) for role, found in figures.items()}
    memories = {role: median(memory for _, memory in found) for role, found in figures.items()}
    for role, name in (("ours", "sentio"), ("peer", "openai")):
        print(f"{name:<8} {rates[role]:7.0f} requests/s   {memories[role]:5.0f} MB at most")
    print(f"ratio    {rates['ours'] / rates['peer']:7.2f}              {memories['ours'] / memories['peer']:5.2f}")


if __name__ == "__main__":
    main()
