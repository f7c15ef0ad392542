// expect: eddy: TaskGroup::start(f, args...) needs an f whose first parameter is eddy::Started<T>
#include "eddy/eddy.h"

eddy::Task<> serve(int port);
eddy::Task<> run(eddy::TaskGroup& tg) { co_await tg.start(serve, 80); }
